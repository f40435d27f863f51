package io.blockwork.image;

/**
 * The eight ways in which EXIF says a stored image is to be turned before it is looked at (tag
 * 0x0112, values 1 to 8).
 */
final class Orientation {
  private Orientation() {}

  /**
   * The image upright.
   *
   * @param orientation the tag's value; anything but 2 to 8 leaves the image as it is
   */
  static ByteImage upright(ByteImage image, int orientation) {
    if (orientation < 2 || orientation > 8) {
      return image;
    }
    int w = image.width();
    int h = image.height();
    boolean transposed = orientation >= 5;
    int width = transposed ? h : w;
    int height = transposed ? w : h;
    int channels = image.channels();
    byte[] in = image.samples();
    byte[] out = new byte[in.length];
    int o = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = transposed ? y : x;
        int row = transposed ? x : y;
        // Where the stored rows run right to left, and where the stored columns run upwards.
        if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) {
          column = w - 1 - column;
        }
        if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {
          row = h - 1 - row;
        }
        int from = (row * w + column) * channels;
        for (int c = 0; c < channels; c++) {
          out[o++] = in[from + c];
        }
      }
    }
    return new ByteImage(width, height, channels, out);
  }
}
