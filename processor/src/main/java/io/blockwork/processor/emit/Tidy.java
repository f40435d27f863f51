package io.blockwork.processor.emit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Closes up what JavaPoet spaces out: fields, and comments of one line. */
public final class Tidy {
  private static final Pattern FIELD = Pattern.compile(" *(private )?final [^(]*(= .*)?;");
  private static final int WIDTH = 100;

  private Tidy() {}

  /**
   * The source with fields on consecutive lines, and one-line Javadoc on one line where it fits.
   */
  public static String apply(String source) {
    List<String> lines = new ArrayList<>();
    String[] in = source.split("\n", -1);
    for (int i = 0; i < in.length; i++) {
      boolean between =
          in[i].isEmpty()
              && i > 0
              && i + 1 < in.length
              && FIELD.matcher(in[i - 1]).matches()
              && FIELD.matcher(in[i + 1]).matches();
      if (between) {
        continue;
      }
      if (in[i].stripLeading().equals("/**") && in[i + 2].stripLeading().equals("*/")) {
        String indent = in[i].substring(0, in[i].indexOf('/'));
        String joined = indent + "/** " + in[i + 1].strip().substring(1).strip() + " */";
        if (joined.length() <= WIDTH) {
          lines.add(joined);
          i += 2;
          continue;
        }
      }
      lines.add(in[i]);
    }
    return String.join("\n", lines);
  }
}
