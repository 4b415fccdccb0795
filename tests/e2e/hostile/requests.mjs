// The table of hostile requests: families by their number in the list of bad inputs, each with
// several spellings. Data only, in two files;
// hostile-requests.test.mjs sends and judges. To extend: add a spelling to a list, or a family.
//
// In a sequence {h} stands for the origin's authority, {p} for its port, {c} for a path of the case's own, {smuggled} for a request
// that must never be read as one ({smuggled#} and {smuggled#x} are its length). `want` is one of
//   refuse   an error answer from `status` (400 unless said), then close; the origin sees not one byte
//   broken   like refuse, but the head may have gone on already: the origin must not see a complete request
//   accept   200; the origin sees a request without ambiguity whose body is `body` (or which `saw(request)` approves);
//            with `last` the answer says close, and nothing behind it is processed
//   either   refuse or accept
//   alive    any answer, or a close; nothing smuggled, the program lives

import {families as framing} from './requests-framing.mjs';
import {families as heads} from './requests-heads.mjs';

export const families = [...framing, ...heads];
export const sequences = new Set(families.flatMap((family) => family.cases));
