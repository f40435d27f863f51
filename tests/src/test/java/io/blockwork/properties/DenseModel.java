package io.blockwork.properties;

/** What the dense layers of a random network have in common. */
record DenseModel(int growth, int bnSize, double dropout, boolean memoryEfficient) {
  /** The members that {@code @DenseNet} and {@code @DenseBlock} share, as source. */
  String members() {
    return "growth = %d, bnSize = %d, dropout = %s, memoryEfficient = %b"
        .formatted(growth, bnSize, dropout, memoryEfficient);
  }

  /** Learnable values of a dense block of {@code layers} layers. */
  long parameters(int in, int layers) {
    long count = 0;
    for (int i = 0; i < layers; i++) {
      long c = in + (long) i * growth;
      long inner = (long) bnSize * growth;
      count += 2 * c + (bnSize == 0 ? 9 * c * growth : c * inner + 2 * inner + 9 * inner * growth);
    }
    return count;
  }
}
