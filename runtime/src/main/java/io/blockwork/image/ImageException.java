package io.blockwork.image;

/**
 * An image cannot be decoded: damaged, cut off, of an unknown format, or ({@link
 * ImageLimitException}) larger than is allowed.
 */
public class ImageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final long offset;

  /**
   * @param message what is wrong, opening with the image's name
   * @param offset the byte offset in the encoded image near which decoding failed, 0 if unknown
   */
  public ImageException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  /**
   * @param message what is wrong, opening with the image's name
   * @param offset the byte offset in the encoded image near which decoding failed, 0 if unknown
   * @param cause what the decoder said
   */
  public ImageException(String message, long offset, Throwable cause) {
    super(message, cause);
    this.offset = offset;
  }

  /** The byte offset in the encoded image near which decoding failed, 0 if unknown. */
  public long offset() {
    return offset;
  }
}
