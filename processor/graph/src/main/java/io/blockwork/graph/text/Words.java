package io.blockwork.graph.text;

import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Values as words without spaces, and back. The words do not depend on the version of Java, as
 * {@link Double#toString} does.
 *
 * <p>Parsers throw {@link RuntimeException} of any kind for what is no such word.
 */
final class Words {
  /** Stands for what is not there. */
  static final String NONE = "-";

  /** So many decimal digits tell all doubles apart. */
  private static final int MOST_DIGITS = 17;

  private static final int USUAL_DIGITS = 15;
  private static final long EXACT = 1L << 53;

  private Words() {}

  /** The decimal number of the fewest digits, from 15 on, that is read as this one. */
  static String real(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < EXACT;
    if (whole && !(value == 0 && 1 / value < 0)) {
      return Long.toString((long) value);
    } else if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = USUAL_DIGITS; digits < MOST_DIGITS; digits++) {
      String shorter = exact.round(new MathContext(digits)).stripTrailingZeros().toString();
      if (Double.parseDouble(shorter) == value) {
        return shorter;
      }
    }
    return exact.round(new MathContext(MOST_DIGITS)).toString();
  }

  /** A list of numbers. */
  static String reals(List<Double> values) {
    List<String> words = new ArrayList<>();
    values.forEach(value -> words.add(real(value)));
    return String.join(",", words);
  }

  static List<Double> reals(String word) {
    List<Double> values = new ArrayList<>();
    for (String part : parts(word)) {
      values.add(Double.parseDouble(part));
    }
    return values;
  }

  /** Whole numbers. */
  static String integers(int... values) {
    StringBuilder word = new StringBuilder();
    for (int value : values) {
      word.append(word.isEmpty() ? "" : ",").append(value);
    }
    return word.toString();
  }

  /** Whole numbers, as many as expected. */
  static int[] integers(String word, int count) {
    int[] values = integers(word);
    if (values.length != count) {
      throw new IllegalArgumentException("expected " + count + " numbers");
    }
    return values;
  }

  /** Whole numbers. */
  static int[] integers(String word) {
    String[] parts = parts(word);
    int[] values = new int[parts.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Integer.parseInt(parts[i]);
    }
    return values;
  }

  private static String[] parts(String word) {
    return word.split(",", -1);
  }

  static boolean flag(String word) {
    if (!word.equals("true") && !word.equals("false")) {
      throw new IllegalArgumentException("expected true or false");
    }
    return word.equals("true");
  }

  static String shape(Shape shape) {
    return integers(shape.channels(), shape.height(), shape.width());
  }

  static Shape shape(String word) {
    int[] sizes = integers(word, 3);
    return new Shape(sizes[0], sizes[1], sizes[2]);
  }

  static String padding(Padding padding) {
    return integers(padding.top(), padding.left(), padding.bottom(), padding.right());
  }

  static Padding padding(String word) {
    int[] sizes = integers(word, 4);
    return new Padding(sizes[0], sizes[1], sizes[2], sizes[3]);
  }

  /** Kernel, stride, padding and dilation, rows first; the last number is 1 in ceiling mode. */
  static String window(Window window) {
    Padding padding = window.padding();
    return integers(
        window.kernelHeight(),
        window.kernelWidth(),
        window.strideHeight(),
        window.strideWidth(),
        padding.top(),
        padding.left(),
        padding.bottom(),
        padding.right(),
        window.dilationHeight(),
        window.dilationWidth(),
        window.ceiling() ? 1 : 0);
  }

  static Window window(String word) {
    int[] sizes = integers(word, 11);
    Padding padding = new Padding(sizes[4], sizes[5], sizes[6], sizes[7]);
    return new Window(
        sizes[0], sizes[1], sizes[2], sizes[3], padding, sizes[8], sizes[9], sizes[10] == 1);
  }

  static String activation(Activation activation) {
    return named(activation.function().name(), activation.alpha(), activation.beta());
  }

  static Activation activation(String word) {
    String[] parts = parts(word);
    return new Activation(
        Activation.Function.valueOf(parts[0]), constant(parts, 1), constant(parts, 2));
  }

  static String initial(Initial initial) {
    return named(initial.distribution().name(), initial.a(), initial.b(), initial.c());
  }

  static Initial initial(String word) {
    String[] parts = parts(word);
    return new Initial(
        Initial.Distribution.valueOf(parts[0]),
        constant(parts, 1),
        constant(parts, 2),
        constant(parts, 3));
  }

  /** A name and its constants, of which the last ones are left out as long as they are zero. */
  private static String named(String name, double... constants) {
    int count = constants.length;
    while (count > 0 && Double.doubleToRawLongBits(constants[count - 1]) == 0) {
      count--;
    }
    StringBuilder word = new StringBuilder(name);
    for (int i = 0; i < count; i++) {
      word.append(',').append(real(constants[i]));
    }
    return word.toString();
  }

  private static double constant(String[] parts, int index) {
    return index < parts.length ? Double.parseDouble(parts[index]) : 0;
  }

  /** A text as it is, if it is a plain word, else in quotation marks. */
  static String text(String text) {
    boolean plain = !text.isEmpty() && !text.equals(NONE);
    for (int i = 0; i < text.length(); i++) {
      plain &= isPlain(text.charAt(i));
    }
    if (plain) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        quoted.append(c);
      } else {
        quoted.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          quoted.append(Character.forDigit(c >> shift & 0xf, 16));
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isPlain(char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '=';
  }

  /** The text that {@link #text} wrote. */
  static String unquote(String word) {
    if (!word.startsWith("\"")) {
      return word;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < word.length() - 1; i++) {
      char c = word.charAt(i);
      if (c == '\\' && word.charAt(i + 1) == 'u') {
        text.append((char) Integer.parseInt(word.substring(i + 2, i + 6), 16));
        i += 5;
      } else {
        text.append(c == '\\' ? word.charAt(++i) : c);
      }
    }
    return text.toString();
  }

  /**
   * The words of a line; a space within quotation marks parts none.
   *
   * @throws IllegalArgumentException if a quotation does not end
   */
  static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    int from = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ' ' && !quoted) {
        words.add(line.substring(from, i));
        from = i + 1;
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("a quotation does not end");
    }
    words.add(line.substring(from));
    return words;
  }
}
