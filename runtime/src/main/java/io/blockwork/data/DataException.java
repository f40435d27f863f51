package io.blockwork.data;

import io.blockwork.io.SafeText;

/**
 * A record of a data set cannot be read: damaged, cut off, or with a label that no class has; or
 * ({@link DataLimitException}) a file takes more memory than is allowed.
 */
public class DataException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String source;
  private final long offset;

  /**
   * @param source the file (or other origin) of the record
   * @param offset the byte offset in that file, after decompression if it is compressed
   * @param problem what is wrong with it, and how to mend it
   */
  public DataException(String source, long offset, String problem) {
    super(message(source, offset, problem));
    this.source = source;
    this.offset = offset;
  }

  /**
   * @param source the file (or other origin) of the record
   * @param offset the byte offset in that file, after decompression if it is compressed
   * @param problem what is wrong with it, and how to mend it
   * @param cause what went wrong underneath
   */
  public DataException(String source, long offset, String problem, Throwable cause) {
    super(message(source, offset, problem), cause);
    this.source = source;
    this.offset = offset;
  }

  /**
   * A whole file that cannot be read.
   *
   * @param source the file
   * @param problem what is wrong with it, and how to mend it
   * @param cause what went wrong underneath
   */
  public DataException(String source, String problem, Throwable cause) {
    super(SafeText.of(source) + ": " + problem, cause);
    this.source = source;
    this.offset = 0;
  }

  private static String message(String source, long offset, String problem) {
    // The problem may have lines of its own.
    return SafeText.format("%s, offset %d: ", source, offset) + problem;
  }

  /** The file (or other origin) of the record. */
  public String source() {
    return source;
  }

  /** The byte offset in that file, after decompression if it is compressed; 0 if unknown. */
  public long offset() {
    return offset;
  }
}
