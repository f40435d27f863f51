package io.blockwork.data;

/** What a {@link DataLoader} does about a record that cannot be read. */
public enum OnCorrupt {
  /** The error reaches whoever asks for its batch. */
  STOP,
  /** The record is left out of its batch, which is smaller then, and counted. */
  SKIP
}
