package io.blockwork.cuda;

import io.blockwork.io.SafeText;

/** A pass does not fit into the GPU's memory. */
final class OutOfDeviceMemoryError extends OutOfMemoryError {
  private static final long serialVersionUID = 1;

  private OutOfDeviceMemoryError(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }

  /**
   * Says what does not fit.
   *
   * @param batch images at a time
   * @param bytes what they take, as far as is known
   * @param free what there was
   * @param device the GPU's name
   */
  static OutOfDeviceMemoryError of(
      int batch, long bytes, long free, String device, Throwable cause) {
    long fits = bytes == 0 ? 0 : (long) ((double) batch * free / bytes);
    long largest = Math.max(0, Math.min(batch - 1L, fits));
    String mend =
        largest == 0
            ? "not even one image fits: free memory that others hold, or choose bfloat16"
            : "the largest batch that fits is about " + largest;
    return new OutOfDeviceMemoryError(
        SafeText.format(
            "a batch of %d takes %d bytes of the memory of %s, of which %d are free; %s",
            batch, bytes, device, free, mend),
        cause);
  }
}
