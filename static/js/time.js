// Says how long ago a moment is; the exact time stays in the title.
const steps = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function say(time) {
  const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
  if (Number.isNaN(seconds) || Math.abs(seconds) > 30 * 86400) return;
  if (!time.dataset.full) time.dataset.full = time.textContent;
  time.title = `${time.dataset.full} (${time.dateTime})`;
  const step = steps.find(([, s]) => Math.abs(seconds) >= s);
  time.textContent = step ? words.format(Math.round(seconds / step[1]), step[0]) : "just now";
}

function sayAll() {
  document.querySelectorAll("time[data-relative]").forEach(say);
}

sayAll();
setInterval(sayAll, 30000);
