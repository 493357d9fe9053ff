// The mini-program. What it does is in lib/, which runs in Node too; pages only bind it to what is seen.

App({});
