// The grammar of HTML with those of the scripts and styles in it.
import {parseMixed} from '@lezer/common';
import {parser as css} from '@lezer/css';
import {parser as html} from '@lezer/html';
import {parser as script} from '@lezer/javascript';

export const parser = html.configure({
  wrap: parseMixed((node) => (node.name === 'ScriptText' ? {parser: script} : node.name === 'StyleText' ? {parser: css} : null)),
});
