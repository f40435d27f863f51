package io.blockwork.engine.winograd;

import java.util.List;

/**
 * Where a tensor's pixels lie in memory; their channels lie side by side, at least sixteen at a
 * time. All distances are in bytes.
 *
 * @param address of the first channel of the first pixel
 * @param image from an image to the next
 * @param row from a row to the next
 * @param column from a pixel to the next
 * @param step from sixteen channels of a pixel to its next sixteen
 */
public record Pixels(long address, long image, long row, long column, int step) {
  /** Every component: a record's own hash costs a process milliseconds before its first use. */
  List<Object> key() {
    return List.of(address, image, row, column, step);
  }

  /** Channels of a pixel side by side: {@code nhwc}, or a slice of it. */
  public static Pixels channelsLast(long address, int pitch, int height, int width) {
    long column = (long) pitch * Float.BYTES;
    return new Pixels(
        address, column * width * height, column * width, column, LayerCode.CHANNELS * Float.BYTES);
  }

  /** Sixteen channels of a pixel side by side: {@code nChw16c}, or a slice of whole blocks. */
  public static Pixels blocked(long address, int pitch, int height, int width) {
    long column = LayerCode.CHANNELS * Float.BYTES;
    int plane = Math.toIntExact(column * width * height);
    return new Pixels(
        address, (long) plane * (pitch / LayerCode.CHANNELS), column * width, column, plane);
  }

  /** The address of a pixel. */
  long at(int image, int row, int column) {
    return address + image * this.image + row * this.row + column * this.column;
  }

  /** The same places, for the channels from {@code channel} on, a multiple of sixteen. */
  Pixels from(int channel) {
    return new Pixels(
        address + (long) channel / LayerCode.CHANNELS * step, image, row, column, step);
  }

  /** Bytes from the first of {@code channels} channels of a pixel to the end of the last. */
  long span(int channels) {
    int rounds = (channels + LayerCode.CHANNELS - 1) / LayerCode.CHANNELS;
    long last = (long) (rounds - 1) * step;
    return last + (long) LayerCode.CHANNELS * Float.BYTES;
  }
}
