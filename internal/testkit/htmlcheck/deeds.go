package htmlcheck

// Deeds selects the forms of a page that change a record; how one likes to look at lists is nobody's but one's own.
const Deeds = `main form[method="post"]:not([action^="/settings/profile"]):not([action^="/views"])`
