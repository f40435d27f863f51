package io.blockwork.weights;

/** The file formats that are read. */
public enum WeightFormat {
  /** {@code torch.save} since PyTorch 1.6: a zip archive of a pickle and one entry per storage. */
  TORCH_ZIP,
  /** {@code torch.save} before: pickles, then the storages one after the other. */
  TORCH_LEGACY,
  /** A JSON header, then the values. Blockwork's own checkpoints are of this format. */
  SAFETENSORS,
  /** {@code numpy.savez}: a zip archive of {@code .npy} arrays. */
  NPZ
}
