// What this browser tab remembers beyond a reload of the page. Where storage is switched off it lasts as long as the page.

const tabStorage = {
  get(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name));
    } catch {
      return null;
    }
  },

  set(name, value) {
    try {
      sessionStorage.setItem(name, JSON.stringify(value));
    } catch {
      // no room, or switched off
    }
  },

  remove(name) {
    try {
      sessionStorage.removeItem(name);
    } catch {
      // switched off
    }
  },
};
