package io.blockwork.cuda;

/** Where something is on the device, known when its memory has been allocated. */
@FunctionalInterface
interface Place {
  /** Nowhere: an argument that a kernel may do without. */
  Place NONE = () -> 0;

  /** Its address. */
  long address();

  /** The place so many bytes further on. */
  default Place plus(long bytes) {
    return () -> address() + bytes;
  }
}
