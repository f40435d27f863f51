package io.blockwork.memory;

import org.bytedeco.javacpp.Pointer;

/** A pointer to memory that something else owns. It may be moved, so that runs make no garbage. */
public final class Address extends Pointer {
  /** Points to the absolute address. */
  public Address(long address) {
    this.address = address;
  }

  /** Points to so many bytes from the absolute address on. */
  public Address(long address, long bytes) {
    this(address);
    this.limit = bytes;
    this.capacity = bytes;
  }

  /**
   * Points this to another place.
   *
   * @return this
   */
  public Address moveTo(long address) {
    this.address = address;
    return this;
  }
}
