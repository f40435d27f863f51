package io.blockwork.weights;

/**
 * What reading a file's directory may cost. Small files can describe very much: a dictionary takes
 * one byte of a pickle, and one tensor can stand under any number of names.
 *
 * <p>The limits are several times what the largest published checkpoints of convolutional networks
 * need, optimiser state included, and hold the memory that a directory takes below about 100 MB.
 */
final class Budget {
  /** Tensors, or entries of a zip archive, that a file may have. */
  static final int MAX_TENSORS = 1 << 16;

  /** Characters that all of their names may have together. */
  private static final long MAX_CHARACTERS = 1L << 23;

  /** Values that a pickle may make; a dictionary counts as several. */
  private static final long MAX_VALUES = 1L << 21;

  private final SourceFile file;
  private int tensors;
  private long characters;
  private long values;

  Budget(SourceFile file) {
    this.file = file;
  }

  /** Accounts for one more tensor, or entry, of that name. */
  void tensor(String name) {
    if (++tensors > MAX_TENSORS) {
      throw file.problem(
          "lists more than %d tensors: too many for a weight file, which is damaged or hostile",
          MAX_TENSORS);
    }
    name(name);
  }

  /** Accounts for one more name. */
  void name(String name) {
    characters += name.length();
    if (characters > MAX_CHARACTERS) {
      throw file.problem(
          "has names of more than %d characters in total: the file is damaged or hostile",
          MAX_CHARACTERS);
    }
  }

  /** Accounts for values that a pickle makes. */
  void values(long count) {
    values += count;
    if (values > MAX_VALUES) {
      throw file.problem(
          "has a pickle of more than %d values: too many for weights. If you trust the file, load"
              + " it in Python and save model.state_dict() alone",
          MAX_VALUES);
    }
  }
}
