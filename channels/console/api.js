// The maintainers' doors.

import { call } from "/static/staff/api.js";

const at = encodeURIComponent;

export const gaps = (done) => call("GET", `gaps?done=${done}`);
export const answers = (question) => call("GET", `gaps/answers?question=${at(question)}`);
export const assign = (given) => call("POST", "gaps/assign", given);
export const close = (question, entry) => call("POST", "gaps/close", { question, entry });
export const dismiss = (question, reason) => call("POST", "gaps/dismiss", { question, reason });

/** Import a file (a Blob); `dry` only says what would become of each row. */
export const takeFile = (name, file, dry) => call("POST", `knowledge/imports?name=${at(name)}&dry_run=${dry}`, file);
export const records = (words, kind) => call("GET", `knowledge/records?q=${at(words)}&kind=${kind}`);
export const record = (id) => call("GET", `knowledge/records/${at(id)}`);
export const edit = (id, content, seen) => call("POST", `knowledge/records/${at(id)}`, { content, seen });
export const addEntry = (entry) => call("POST", "knowledge/entries", entry);
export const drafts = () => call("GET", "knowledge/drafts");
export const draft = (name) => call("GET", `knowledge/drafts/${at(name)}`);
export const review = (name) => call("POST", `knowledge/drafts/${at(name)}/review`, {});
export const drop = (name, reason) => call("POST", `knowledge/drafts/${at(name)}/drop`, { reason });
export const problems = () => call("GET", "knowledge/problems");
export const due = () => call("GET", "knowledge/due");
export const hitTest = (words) => call("GET", `knowledge/hit-test?q=${at(words)}`);
export const difference = () => call("GET", "knowledge/difference");
export const publish = (reason, accept) => call("POST", "knowledge/publications", { reason, accept });
export const publication = () => call("GET", "knowledge/publications/latest");
export const versions = () => call("GET", "knowledge/versions");
export const rollBack = (number, reason) => call("POST", "knowledge/rollback", { number, reason });
export const turn = (what, on, reason) => call("POST", "knowledge/switch", { what, on, reason });

/** What is published, with names and departments. */
const published = async () => (await (await fetch("/api/v1/items")).json()).items;
const sorted = (names) => [...new Set(names)].sort((a, b) => a.localeCompare(b, "zh-CN"));

/** The departments that have published something. */
export const departments = async () => sorted((await published()).map((item) => item.department));
/** The names of what is published. */
export const subjects = async () => sorted((await published()).map((item) => item.name));

export const report = (asked) => call("GET", `reports?${asked}`);
/** Where the chart of a report is. */
export const chart = (asked) => `/api/v1/staff/reports/chart.png?${asked}`;
/** Where a report is to be had as a file. */
export const paper = (asked, format) => `/api/v1/staff/reports/paper?${asked}&format=${format}`;
