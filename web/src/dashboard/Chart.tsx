// One chart over the last ten minutes, drawn by uPlot. Its colours are the page's, read anew when the theme changes.
import 'uplot/dist/uPlot.min.css';
import {useEffect, useRef} from 'preact/hooks';
import uPlot from 'uplot';
import {clock} from '../format';
import {systemDark, theme} from '../theme';

type Line = {name: string; values: (number | undefined)[]; colour: string};
// Steps between the marks of the y axis: whole numbers, so that no two marks are written alike.
const kSteps = Array.from({length: 15}, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();
const kDashes: (number[] | undefined)[] = [undefined, [6, 4], [2, 3]];

export function Chart({title, at, lines, say}: {title: string; at: number[]; lines: Line[]; say: (value: number) => string}) {
  const place = useRef<HTMLDivElement>(null),
    plot = useRef<uPlot>();
  const look = theme.value,
    dark = systemDark.value;
  useEffect(() => {
    const node = place.current!;
    const probe = document.createElement('span');
    node.append(probe);
    const colour = (name: string) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const axis = {
      stroke: colour('--muted'),
      grid: {stroke: colour('--line'), width: 1},
      ticks: {show: false},
      font: '11px system-ui',
    };
    const made = new uPlot(
      {
        width: node.clientWidth || 400,
        height: 180,
        legend: {show: false},
        cursor: {show: false},
        scales: {y: {range: (_, __, high) => [0, Math.max(high || 0, 1)]}},
        axes: [
          {...axis, size: 28, space: 72, values: (_, ticks) => ticks.map((tick) => clock(tick * 1e6).slice(0, 8))},
          {...axis, size: 64, incrs: kSteps, values: (_, ticks) => ticks.map(say)},
        ],
        series: [
          {},
          ...lines.map((line, n) => ({
            label: line.name,
            stroke: colour(line.colour),
            width: 1.5,
            dash: kDashes[n],
            points: {show: at.length < 2},
          })),
        ],
      },
      [at, ...lines.map((line) => line.values)] as uPlot.AlignedData,
      node,
    );
    probe.remove();
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({width: node.clientWidth, height: 180}));
    sized.observe(node);
    return () => {
      sized.disconnect();
      made.destroy();
    };
  }, [look, dark]);
  useEffect(() => plot.current?.setData([at, ...lines.map((line) => line.values)] as uPlot.AlignedData), [at.length, at.at(-1)]);
  const said = (value: number | undefined) => (value === undefined ? 'nothing' : say(value));
  const last = lines.map((line) => `${line.name} ${said(line.values.at(-1))}`).join(', ');
  return (
    <section class="tile chart" aria-label={title}>
      <h2>
        {title}
        {lines.length > 1 && (
          <span class="chart-names">
            {lines.map((line) => (
              <span class={`name-${line.name}`}>{line.name}</span>
            ))}
          </span>
        )}
      </h2>
      <div ref={place} role="img" aria-label={`${title}: ${last}`} />
    </section>
  );
}
