package io.blockwork.onnx.file;

import io.blockwork.io.SafeText;
import org.jspecify.annotations.Nullable;

/** An ONNX file that is damaged, hostile, or holds what cannot be taken; the message says where. */
public final class OnnxException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST = 400;

  /** A message that is harmless, and short, whatever stands in the file. */
  public OnnxException(String template, @Nullable Object... args) {
    super(SafeText.format(template, shortened(args)));
  }

  /** The same with what led to it. */
  public OnnxException(Throwable cause, String template, @Nullable Object... args) {
    super(SafeText.format(template, shortened(args)), cause);
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
