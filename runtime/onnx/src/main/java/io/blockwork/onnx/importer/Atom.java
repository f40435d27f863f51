package io.blockwork.onnx.importer;

/**
 * A part of an axis of our own layout: of a place on the axis, {@code place / stride % size}.
 *
 * @param axis which
 * @param size how many; 0 for the images
 * @param stride what one step is on the axis
 */
record Atom(Axis axis, int size, int stride) {
  /** The axes of our own layout, in order. */
  enum Axis {
    /** Images. */
    BATCH,
    /** Channels. */
    CHANNEL,
    /** Rows. */
    ROW,
    /** Columns. */
    COLUMN
  }

  static final Atom BATCH = new Atom(Axis.BATCH, 0, 1);

  boolean isBatch() {
    return axis == Axis.BATCH;
  }

  /** Whether the other, behind this one, continues it. */
  boolean joins(Atom next) {
    return axis == next.axis && !isBatch() && stride == next.size * next.stride;
  }

  Atom join(Atom next) {
    return new Atom(axis, size * next.size, next.stride);
  }
}
