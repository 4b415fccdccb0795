// The clause that asks for a change, as a link to its text where it is an RFC's.

export function Clause({text}: {text: string | undefined}) {
  if (!text) return null;
  const found = /^RFC (\d+)(?: §([\d.]*\d))?/.exec(text);
  if (!found) return <span class="clause">{text}</span>;
  const place = `https://www.rfc-editor.org/rfc/rfc${found[1]}${found[2] ? `#section-${found[2]}` : ''}`;
  return (
    <a class="clause" href={place} target="_blank" rel="noreferrer noopener">
      {text}
    </a>
  );
}
