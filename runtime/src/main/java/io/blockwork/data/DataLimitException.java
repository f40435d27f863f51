package io.blockwork.data;

/**
 * A file would take more memory than one may: a quarter of what Java may have ({@code -Xmx}), and
 * less than 2 GB. Compressed files of a few kilobytes can.
 */
public final class DataLimitException extends DataException {
  private static final long serialVersionUID = 1;

  /**
   * @param source the file
   * @param offset where it was too much, after decompression
   * @param problem what is too much, and how to mend it
   */
  public DataLimitException(String source, long offset, String problem) {
    super(source, offset, problem);
  }
}
