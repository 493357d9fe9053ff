// What an installation sets before the program is uploaded.

module.exports = {
  /** The service's address: https, registered as a request and socket domain of the mini-program. */
  service: "https://zhiwen.example",
};
