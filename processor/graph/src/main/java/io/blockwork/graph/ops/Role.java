package io.blockwork.graph.ops;

/** What an operation is for, as far as pictures and warnings tell operations apart. */
public enum Role {
  /** The images. */
  INPUT,
  /** Multiplies by learned weights: a convolution, a linear layer. */
  WEIGHTED,
  /** Normalises by statistics. */
  NORM,
  /** Makes maps smaller. */
  POOL,
  /** Works value by value on one input. */
  ELEMENTWISE,
  /** Adds inputs up. */
  SUM,
  /** Multiplies inputs with each other. */
  PRODUCT,
  /** Puts inputs one behind the other. */
  CONCAT,
  /** Moves values without computing any. */
  MOVE
}
