package io.blockwork.onnx.file;

/**
 * What a model may take of the heap while it is read, without weights, which stay in the file. A
 * file of 2 MB that holds a million empty operations would take a hundred times as much.
 */
final class Budget {
  /** The largest models that are published take a tenth of it. */
  private static final long MOST = 64L << 20;

  private long left = MOST;

  /**
   * Takes some bytes.
   *
   * @throws OnnxException if so many are not left
   */
  void take(long bytes) {
    left -= bytes;
    if (left < 0) {
      throw OnnxException.damaged(
          "the model takes more than %d MB without its weights, far more than any network: the file is damaged, or made to use up memory",
          MOST >> 20);
    }
  }
}
