package io.blockwork.image;

import io.blockwork.io.SafeText;
import java.util.Objects;

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

  /**
   * What is wrong, without the image's name, for messages that begin with where it lies.
   *
   * @param name what the image was called when it was decoded
   */
  public String problem(String name) {
    Objects.requireNonNull(name, "name");
    String message = String.valueOf(getMessage());
    String beginning = SafeText.of(name) + ": ";
    return message.startsWith(beginning) ? message.substring(beginning.length()) : message;
  }

  /** The byte offset in the encoded image near which decoding failed, 0 if unknown. */
  public long offset() {
    return offset;
  }
}
