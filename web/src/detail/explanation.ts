// The server's explanation of a flow, read once for each state of it.
import {useEffect, useState} from 'preact/hooks';
import {get} from '../api';
import type {Explanation, Flow} from '../types';

export function useExplanation(flow: Flow): Explanation | undefined {
  const [found, setFound] = useState<{id: string; explanation: Explanation} | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    get<Explanation>(`/api/flows/${flow.row.id}/explain`, abort.signal).then(
      (explanation) => setFound({id: flow.row.id, explanation}),
      () => {},
    );
    return () => abort.abort();
  }, [flow.row.id, flow.row.state, flow.row.status]);
  return found?.id === flow.row.id ? found.explanation : undefined;
}
