// How things are going: rate, latency, bytes, outcomes, errors and hosts of the last minute, from the stream's `stats`.
import '../css/dashboard.css';
import {bytes, count, duration} from '../format';
import {filter, view} from '../route';
import {history_, stats} from '../stream';
import {Chart} from './Chart';

const kClasses: Record<string, string> = {
  1: 'informational',
  2: '● success',
  3: '↪ redirect',
  4: '▲ client error',
  5: '■ server error',
};

function only(text: string) {
  filter.value = text;
  view.value = 'list';
}

function Bars({title, rows, none, to}: {title: string; rows: [string, number][]; none: string; to?: (key: string) => string}) {
  const most = Math.max(1, ...rows.map(([, n]) => n));
  return (
    <section class="tile tile-list" aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 && <p class="quiet">{none}</p>}
      <ol>
        {rows.map(([key, n]) => (
          <li>
            {to ? (
              <button class="link" onClick={() => only(to(key))}>
                {kClasses[key] ?? key}
              </button>
            ) : (
              <span>{kClasses[key] ?? key}</span>
            )}
            <span class="number">{count(n)}</span>
            <span class="meter" aria-hidden="true">
              <span style={{width: `${(n / most) * 100}%`}} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Dashboard() {
  const now = stats.value,
    past = history_.value;
  if (!now)
    return (
      <section class="dashboard" aria-label="Dashboard">
        <p class="empty" aria-busy="true">
          Waiting for the first figures.
        </p>
      </section>
    );
  const at = past.map((one) => one.at / 1000);
  const big: [string, string][] = [
    ['Requests', `${count(now.rate)}/s`],
    ['Median', duration(now.p50) || '—'],
    ['95 of 100 within', duration(now.p95) || '—'],
    ['99 of 100 within', duration(now.p99) || '—'],
    ['Bytes, last minute', bytes(now.bytes)],
    ['Open now', count(now.open)],
    ['Flows since the start', count(now.flows)],
  ];
  return (
    <section class="dashboard" aria-label="Dashboard">
      <dl class="figures">
        {big.map(([name, value]) => (
          <div class="tile">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="charts">
        <Chart
          title="Requests a second"
          at={at}
          lines={[{name: 'rate', values: past.map((one) => one.stats.rate), colour: '--sea'}]}
          say={(value) => count(value)}
        />
        <Chart
          title="Time to the last octet"
          at={at}
          say={(value) => duration(Math.round(value))}
          lines={[
            {name: 'p50', values: past.map((one) => one.stats.p50), colour: '--sea'},
            {name: 'p95', values: past.map((one) => one.stats.p95), colour: '--brass'},
            {name: 'p99', values: past.map((one) => one.stats.p99), colour: '--k-server'},
          ]}
        />
      </div>
      <div class="tiles">
        <Bars
          title="Outcomes"
          rows={Object.entries(now.status)}
          none="No responses in the last minute."
          to={(key) => `status:${key}xx`}
        />
        <Bars
          title="Errors"
          rows={Object.entries(now.errors).sort((a, b) => b[1] - a[1])}
          none="None in the last minute."
          to={(key) => `error:${key}`}
        />
        <Bars title="Hosts" rows={now.hosts.slice(0, 12)} none="None in the last minute." to={(key) => `host:${key}`} />
      </div>
    </section>
  );
}
