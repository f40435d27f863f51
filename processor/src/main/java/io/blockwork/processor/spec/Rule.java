package io.blockwork.processor.spec;

/** The rules that annotations must obey, each with the stable code that its messages open with. */
public enum Rule {
  /** The annotated element is no interface that a class can implement. */
  INTERFACE("BW001"),
  /** The interface does not extend what its annotation asks for. */
  SUPERTYPE("BW002"),
  /** The interface has an abstract method that no generator can implement. */
  METHOD("BW003"),
  /** The interface has more than one architecture annotation. */
  ONE_ARCHITECTURE("BW004"),
  /** The number of stages. */
  STAGES("BW010"),
  /** The number of blocks of a stage. */
  BLOCKS("BW011"),
  /** A number out of its range. */
  RANGE("BW012"),
  /** Channels that do not fit together. */
  CHANNELS("BW013"),
  /** Widths that are too large or vanish. */
  WIDTH("BW014"),
  /** Groups where there can be none. */
  GROUPS("BW015"),
  /** The stage where dilation starts. */
  DILATION("BW016"),
  /** Zero initialisation where there is no last batch norm. */
  ZERO_INIT("BW017"),
  /** The squeeze-and-excitation ratio. */
  SQUEEZE("BW018"),
  /** The compression of transitions. */
  COMPRESSION("BW019"),
  /** The dropout rate. */
  DROPOUT("BW020"),
  /** A layer whose output would vanish. */
  VANISHES("BW030"),
  /** Parameters or an activation larger than a buffer. */
  TOO_LARGE("BW031"),
  /** A generated file that cannot be written. */
  OUTPUT("BW040");

  private final String code;

  Rule(String code) {
    this.code = code;
  }

  /** The code, as messages show it in brackets. */
  public String code() {
    return code;
  }
}
