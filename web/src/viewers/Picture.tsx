// An image, through a blob and <img> alone: an SVG there runs no script and loads nothing.
import {useEffect, useState} from 'preact/hooks';

// What is here when it is opened, and again when it is whole.
export function Picture({path, type, done}: {path: string; type: string; done: boolean}) {
  const [shown, setShown] = useState('');
  const [size, setSize] = useState('');
  useEffect(() => {
    let url = '';
    const abort = new AbortController();
    fetch(path, {signal: abort.signal})
      .then((answer) => answer.blob())
      .then((blob) => {
        url = URL.createObjectURL(blob.slice(0, blob.size, type.split(';')[0]));
        setShown(url);
      })
      .catch(() => {});
    return () => {
      abort.abort();
      URL.revokeObjectURL(url);
    };
  }, [path, done]);
  return (
    <figure class="picture">
      {shown && (
        <img
          src={shown}
          alt="The content as an image"
          onLoad={(event) => setSize(`${event.currentTarget.naturalWidth} × ${event.currentTarget.naturalHeight}`)}
          onError={() => setSize('not an image that this browser knows')}
        />
      )}
      <figcaption class="quiet">{size}</figcaption>
    </figure>
  );
}
