export type BinaryOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%';
export type ChainOperator = 'AND' | 'OR' | '||';
export type UnaryOperator = '+' | '-' | 'NOT';

/** An expression as it is written, names still unresolved. `offset` is where it starts, or where its operator stands. */
export type Ast =
  | { readonly kind: 'number'; readonly offset: number; readonly text: string }
  | { readonly kind: 'text'; readonly offset: number; readonly value: string }
  | { readonly kind: 'boolean'; readonly offset: number; readonly value: boolean }
  | { readonly kind: 'null'; readonly offset: number }
  | { readonly kind: 'field'; readonly offset: number; readonly name: string }
  | { readonly kind: 'parameter'; readonly offset: number; readonly name: string }
  | { readonly kind: 'unary'; readonly offset: number; readonly operator: UnaryOperator; readonly operand: Ast }
  | {
      readonly kind: 'binary';
      readonly offset: number;
      readonly operator: BinaryOperator;
      readonly left: Ast;
      readonly right: Ast;
    }
  /** Two or more operands of one operator, flat: long lists of conditions are common and are no depth. */
  | {
      readonly kind: 'chain';
      readonly offset: number;
      readonly operator: ChainOperator;
      readonly operands: readonly Ast[];
    }
  | { readonly kind: 'call'; readonly offset: number; readonly name: string; readonly operands: readonly Ast[] };
