// Keeps the reviewer's name in a cookie of this browser for a year.

export default ({ data }) => {
  const { cookie, name } = data;
  document.cookie = `${cookie}=${encodeURIComponent(name)}; path=/; max-age=31536000; SameSite=Lax`;
};
