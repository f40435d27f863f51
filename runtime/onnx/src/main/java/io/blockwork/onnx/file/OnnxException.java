package io.blockwork.onnx.file;

import io.blockwork.io.FileException;
import io.blockwork.io.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX file that cannot be read, is damaged, hostile, or holds what cannot be taken; the message
 * says where, and what helps.
 */
public final class OnnxException extends FileException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST = 400;
  private static final String AGAIN = "copy, download or export it again";

  private final String problem;
  private final String remedy;

  private OnnxException(String problem, String remedy, @Nullable Throwable cause) {
    super(remedy.isEmpty() ? problem : problem + "; " + remedy);
    this.problem = problem;
    this.remedy = remedy;
    if (cause != null) {
      initCause(cause);
    }
  }

  /** A message that is harmless, and short, whatever stands in the file. */
  public OnnxException(String template, @Nullable Object... args) {
    this(SafeText.format(template, shortened(args)), "", null);
  }

  /** The same with what led to it. */
  public OnnxException(Throwable cause, String template, @Nullable Object... args) {
    this(SafeText.format(template, shortened(args)), "", cause);
  }

  /** A file that is not as its writer left it. */
  static OnnxException damaged(String template, @Nullable Object... args) {
    return new OnnxException(template, args).remedy(AGAIN);
  }

  /** The same with what led to it. */
  static OnnxException damaged(Throwable cause, String template, @Nullable Object... args) {
    return new OnnxException(cause, template, args).remedy(AGAIN);
  }

  /** The same problem, with what helps: words of an order, such as {@code copy both files}. */
  public OnnxException remedy(String template, @Nullable Object... args) {
    return new OnnxException(problem, SafeText.format(template, shortened(args)), getCause());
  }

  /** The same problem, with the place where it is before it. */
  public OnnxException in(Object place) {
    return new OnnxException(SafeText.of(place) + ": " + problem, remedy, getCause());
  }

  /** What is wrong, and where. */
  public String problem() {
    return problem;
  }

  /** What helps; empty if the problem says it. */
  public String remedy() {
    return remedy;
  }

  private static @Nullable Object[] shortened(@Nullable Object... args) {
    @Nullable Object[] all = args.clone();
    for (int i = 0; i < all.length; i++) {
      if (!(all[i] instanceof Number)) {
        String text = String.valueOf(all[i]);
        all[i] = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
      }
    }
    return all;
  }
}
