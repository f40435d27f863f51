package io.blockwork.image;

/** An image takes more memory or work than {@link ImageLimits} allow. Nothing was decoded. */
public final class ImageLimitException extends ImageException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what is too much, opening with the image's name
   */
  public ImageLimitException(String message) {
    super(message, 0);
  }

  /**
   * @param message what is too much, opening with the image's name
   * @param cause what showed it
   */
  public ImageLimitException(String message, Throwable cause) {
    super(message, 0, cause);
  }
}
