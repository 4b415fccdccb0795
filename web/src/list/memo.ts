// A component that is drawn again only when `same` says no. (preact/compat has one too, at the price of all of it.)
import {Component, type ComponentChild, type FunctionComponent, createElement} from 'preact';

export function memo<P extends object>(Inner: FunctionComponent<P>, same: (a: P, b: P) => boolean) {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P) {
      return !same(this.props as P, next);
    }
    override render(): ComponentChild {
      return createElement(Inner, this.props as P);
    }
  };
}
