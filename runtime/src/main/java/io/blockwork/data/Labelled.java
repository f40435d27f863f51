package io.blockwork.data;

import java.util.List;

/** Items and what is to be said of them: a class each, several classes, or numbers. */
public interface Labelled {
  /** The label of an item whose class is not known, or that has none of its own. */
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

  /**
   * The classes' names by label, or those of the numbers of a {@link Task#REGRESSION}; empty if the
   * items are not labelled.
   */
  List<String> classNames();

  /** What is to be said of an item; with anything but one class, {@link #target} has it. */
  default Task task() {
    return Task.SINGLE_LABEL;
  }

  /**
   * What is to be said of an item, as numbers in the order of the {@link #classNames}: 1 for each
   * class that is there and 0 for the others, or the numbers of a regression. Cheap: nothing is
   * decoded. Thread-safe.
   *
   * @return one number for each name; none with {@link Task#SINGLE_LABEL}, which has labels
   * @throws DataException if the record is damaged
   * @throws IndexOutOfBoundsException if there is no such item
   */
  default float[] target(int index) {
    return new float[0];
  }

  /** Where the item comes from, for messages: a file's name, or a file and a record. */
  default String describe(int index) {
    return "item " + index;
  }
}
