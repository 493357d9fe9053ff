"""WeChat: the official account (messages that WeChat passes on) and who somebody is in the mini-program."""
