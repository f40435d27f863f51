package io.blockwork.engine.onednn;

import org.bytedeco.javacpp.Pointer;

/** A pointer to memory that something else owns. It may be moved, so that runs make no garbage. */
final class Address extends Pointer {
  Address(long address) {
    this.address = address;
  }

  /** Points this to another place. */
  Address moveTo(long address) {
    this.address = address;
    return this;
  }
}
