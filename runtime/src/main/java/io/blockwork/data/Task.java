package io.blockwork.data;

/** What a network is to say of each item of a data set. */
public enum Task {
  /** Which one of the classes it is: {@link Labelled#label}. */
  SINGLE_LABEL,
  /** Which of the classes are there, any number of them: a 1 or a 0 for each. */
  MULTI_LABEL,
  /** Numbers; the names of the classes are the names of the numbers. */
  REGRESSION
}
