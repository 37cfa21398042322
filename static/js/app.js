// Everything here only adds comfort: each page works without it.
import "./theme.js";
import "./confirm.js";
import "./select.js";
import "./time.js";
import "./copy.js";
import "./progress.js";
import "./dirty.js";
import "./menus.js";
import "./filters.js";
import "./summary.js";
import "./keys.js";
import "./find.js";
import "./passkey.js";
