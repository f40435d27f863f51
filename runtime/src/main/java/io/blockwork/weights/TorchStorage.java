package io.blockwork.weights;

import java.util.Optional;

/**
 * A storage as a pickle refers to it: its key, type and length. Where its bytes lie is known once
 * the pickle has been read.
 */
final class TorchStorage {
  private final String key;
  private final Optional<StoredType> type;
  private final long numel;

  /**
   * @param type what its values are; empty for an untyped storage, whose length is in bytes
   */
  TorchStorage(String key, Optional<StoredType> type, long numel) {
    this.key = key;
    this.type = type;
    this.numel = numel;
  }

  String key() {
    return key;
  }

  Optional<StoredType> type() {
    return type;
  }

  /** Number of values, as the pickle states it. */
  long numel() {
    return numel;
  }

  /** Its length in bytes; throws ArithmeticException if that is impossible. */
  long bytes() {
    if (numel < 0) {
      throw new ArithmeticException("negative length");
    }
    return Math.multiplyExact(numel, type.map(StoredType::bytes).orElse(1));
  }
}
