import { useEffect, useRef } from 'react';
import { useOnReading } from './events/react.gen';

const points = 240;
const height = 150;

/** A live line of one sensor, drawn without a render: the readings of this key alone come here. */
export function Chart({ sensor, limit }: { sensor: string; limit: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const values = useRef<number[]>([]);

  useOnReading(
    ({ celsius }) => {
      values.current.push(celsius);
      if (values.current.length > points) values.current.shift();
    },
    { key: sensor },
  );

  useEffect(() => {
    let frame = requestAnimationFrame(function draw() {
      if (canvas.current) paint(canvas.current, values.current, limit);
      frame = requestAnimationFrame(draw);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [limit]);

  return <canvas ref={canvas} height={height} aria-label={`${sensor} over time`} role="img" />;
}

function paint(canvas: HTMLCanvasElement, values: readonly number[], limit: number): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const width = (canvas.width = canvas.clientWidth * devicePixelRatio);
  canvas.height = height * devicePixelRatio;
  const low = Math.min(limit - 12, ...values) - 2;
  const high = Math.max(limit + 4, ...values) + 2;
  const x = (i: number) => ((i + points - values.length) / (points - 1)) * width;
  const y = (value: number) => canvas.height * (1 - (value - low) / (high - low));
  const style = getComputedStyle(canvas);

  context.lineWidth = devicePixelRatio;
  context.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  context.strokeStyle = style.getPropertyValue('--limit');
  context.beginPath();
  context.moveTo(0, y(limit));
  context.lineTo(width, y(limit));
  context.stroke();

  context.lineWidth = 1.75 * devicePixelRatio;
  context.setLineDash([]);
  context.strokeStyle = style.getPropertyValue('--series');
  context.beginPath();
  values.forEach((value, i) => {
    if (i) context.lineTo(x(i), y(value));
    else context.moveTo(x(i), y(value));
  });
  context.stroke();
}
