import type {
  BooleanVector,
  DecimalVector,
  Float64Vector,
  Int32Vector,
  Int64Vector,
  TextVector,
  Vector,
} from '../../batch/vector.js';

/** The checker has fixed which kind of vector an operand is; these tell the compiler, and crash on a defect of the checker. */
export function textOf(vector: Vector): TextVector {
  return vector.kind === 'text' ? vector : wrongKind(vector, 'text');
}

export function booleanOf(vector: Vector): BooleanVector {
  return vector.kind === 'boolean' ? vector : wrongKind(vector, 'boolean');
}

export function int32Of(vector: Vector): Int32Vector {
  return vector.kind === 'int32' ? vector : wrongKind(vector, 'int32');
}

export function int64Of(vector: Vector): Int64Vector {
  return vector.kind === 'int64' ? vector : wrongKind(vector, 'int64');
}

export function float64Of(vector: Vector): Float64Vector {
  return vector.kind === 'float64' ? vector : wrongKind(vector, 'float64');
}

export function decimalOf(vector: Vector): DecimalVector {
  return vector.kind === 'decimal' ? vector : wrongKind(vector, 'decimal');
}

function wrongKind(vector: Vector, wanted: string): never {
  throw new TypeError(`a ${wanted} vector was promised, there is a ${vector.kind} vector`);
}
