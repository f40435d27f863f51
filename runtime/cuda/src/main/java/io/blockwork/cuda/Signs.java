package io.blockwork.cuda;

/**
 * Where the sum before a ReLU was positive, a bit for each value: its gradient reads this instead
 * of the sum. Only what joins the sum with a norm writes it, and for as many channels at a time as
 * it takes.
 */
final class Signs implements Place {
  private final Arena.Storage storage;
  private int channelsAtATime;

  /**
   * Not written yet.
   *
   * @param storage receives its size when it is
   */
  Signs(Arena.Storage storage) {
    this.storage = storage;
  }

  /** Says that a kernel writes the tensor's signs, a byte for so many channels. */
  void written(CudaTensor tensor, int channels) {
    channelsAtATime = channels;
    storage.atLeast((long) tensor.pixels() * ((tensor.channels() + channels - 1) / channels));
  }

  /** Whether they have been written for so many channels at a time. */
  boolean suit(int channels) {
    return channelsAtATime == channels;
  }

  @Override
  public long address() {
    return storage.address();
  }
}
