package io.blockwork.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The canvas of a GIF, on which its first picture may fill only a part: PIL gives the whole canvas.
 *
 * @param width of the canvas
 * @param height of the canvas
 * @param left where the picture begins
 * @param top where the picture begins
 */
record GifScreen(int width, int height, int left, int top) {
  private static final int HEADER = 13;
  private static final int IMAGE = 0x2c;
  private static final int EXTENSION = 0x21;

  static boolean isGif(byte[] data) {
    return data.length >= HEADER && data[0] == 'G' && data[1] == 'I' && data[2] == 'F';
  }

  /** Reads the headers of a file that has been decoded, so that they are all there. */
  static GifScreen of(byte[] data) {
    ByteBuffer gif = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    int flags = data[10];
    int at = HEADER + ((flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0);
    while (at + 9 < data.length && (data[at] & 0xff) != IMAGE) {
      at = (data[at] & 0xff) == EXTENSION ? afterExtension(data, at + 2) : at + 1;
    }
    boolean found = at + 9 < data.length;
    return new GifScreen(
        gif.getShort(6) & 0xffff,
        gif.getShort(8) & 0xffff,
        found ? gif.getShort(at + 1) & 0xffff : 0,
        found ? gif.getShort(at + 3) & 0xffff : 0);
  }

  /** Extensions are blocks with their lengths before them; an empty one ends them. */
  private static int afterExtension(byte[] data, int from) {
    int at = from;
    while (at < data.length && data[at] != 0) {
      at += 1 + (data[at] & 0xff);
    }
    return at + 1;
  }

  /**
   * The canvas with the picture on it. Around the picture is the transparent colour, or else the
   * first of the palette, as PIL fills it.
   */
  ByteImage around(BufferedImage picture, String name, ImageLimits limits) {
    ByteImage rgb = BufferedImages.toRgb(picture);
    int w = Math.max(width, left + rgb.width());
    int h = Math.max(height, top + rgb.height());
    if (w == rgb.width() && h == rgb.height()
        || !(picture.getColorModel() instanceof IndexColorModel palette)) {
      return rgb;
    }
    limits.requireSize(w, h, name);
    int fill = palette.getRGB(Math.max(0, palette.getTransparentPixel()));
    byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(w, h), 3)];
    for (int i = 0; i < out.length; i += 3) {
      out[i] = (byte) (fill >> 16);
      out[i + 1] = (byte) (fill >> 8);
      out[i + 2] = (byte) fill;
    }
    for (int y = 0; y < rgb.height(); y++) {
      int to = ((top + y) * w + left) * 3;
      System.arraycopy(rgb.samples(), y * rgb.width() * 3, out, to, rgb.width() * 3);
    }
    return new ByteImage(w, h, 3, out);
  }
}
