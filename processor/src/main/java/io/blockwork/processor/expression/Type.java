package io.blockwork.processor.expression;

/**
 * The type of an expression.
 *
 * @param base what it is, or what its sides are
 * @param array whether it has sides
 * @param enumeration the simple name of an enumeration; else empty
 */
public record Type(Base base, boolean array, String enumeration) {
  /** What a value is. */
  public enum Base {
    /** A whole number. */
    WHOLE("a whole number"),
    /** A decimal. */
    DECIMAL("a decimal"),
    /** True or false. */
    TRUTH("a truth value"),
    /** A text. */
    TEXT("a text"),
    /** A class. */
    CLASS("a class"),
    /** A constant of an enumeration. */
    CONSTANT("a constant");

    private final String text;

    Base(String text) {
      this.text = text;
    }
  }

  /** A whole number. */
  public static final Type WHOLE = of(Base.WHOLE);

  /** A decimal. */
  public static final Type DECIMAL = of(Base.DECIMAL);

  /** A truth value. */
  public static final Type TRUTH = of(Base.TRUTH);

  /** A single value. */
  public static Type of(Base base) {
    return new Type(base, false, "");
  }

  /** Several values. */
  public static Type array(Base base) {
    return new Type(base, true, "");
  }

  /** A constant of an enumeration with the given simple name. */
  public static Type constant(String enumeration) {
    return new Type(Base.CONSTANT, false, enumeration);
  }

  /** Whether it is a number, or several. */
  public boolean numeric() {
    return base == Base.WHOLE || base == Base.DECIMAL;
  }

  /** Whether a value of this type can be given where {@code wanted} is asked for. */
  public boolean fits(Type wanted) {
    if (numeric() && wanted.numeric()) {
      return (wanted.array || !array) && (wanted.base == Base.DECIMAL || base == Base.WHOLE);
    }
    return equals(wanted);
  }

  @Override
  public String toString() {
    if (array) {
      return base == Base.WHOLE
          ? "whole numbers"
          : base == Base.DECIMAL ? "decimals" : "several values, each " + base.text;
    }
    return enumeration.isEmpty() ? base.text : "a constant of " + enumeration;
  }
}
