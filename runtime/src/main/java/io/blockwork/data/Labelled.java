package io.blockwork.data;

import java.util.List;

/** Items that each belong to one class. */
public interface Labelled {
  /** The label of an item whose class is not known. */
  int UNLABELLED = -1;

  /** Number of items. */
  int size();

  /**
   * The item's class, 0 to the number of classes less 1, or {@link #UNLABELLED}. Cheap: nothing is
   * decoded.
   *
   * @throws DataException if the record is damaged
   * @throws IndexOutOfBoundsException if there is no such item
   */
  int label(int index);

  /** The classes' names by label; empty if the items are not labelled. */
  List<String> classNames();

  /** Where the item comes from, for messages: a file's name, or a file and a record. */
  default String describe(int index) {
    return "item " + index;
  }
}
