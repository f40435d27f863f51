package io.blockwork.memory;

/**
 * JavaCPP's limits for native memory, which ND4J's arrays count towards. By default they follow the
 * size of Java's heap, which has nothing to do with what is free outside of it.
 */
public final class JavaCpp {
  private static final String LARGEST = "org.bytedeco.javacpp.maxbytes";
  private static final String LARGEST_PROCESS = "org.bytedeco.javacpp.maxphysicalbytes";

  private JavaCpp() {}

  /** Done once, by the class's initialisation. */
  private static final class Limits {
    static final boolean SET = set();

    private static boolean set() {
      set(LARGEST, MachineMemory.bytes());
      // A process cannot be larger than the machine, and to keep watch over its size JavaCPP asks
      // the system for it whenever a native object is made, with all other threads locked out:
      // a fifth of the time that it takes to bind a network.
      set(LARGEST_PROCESS, 0);
      return true;
    }

    private static void set(String property, long value) {
      // JavaCPP takes both ways of writing them.
      String camelCase = property.replace("bytes", "Bytes").replace("physical", "Physical");
      if (System.getProperty(property) == null && System.getProperty(camelCase) == null) {
        System.setProperty(property, Long.toString(value));
      }
    }
  }

  /**
   * Lets the limit of what ND4J's arrays take follow the machine's memory, and lifts that of the
   * process, unless the user has set them. It has to come before anything else uses JavaCPP or
   * ND4J, which read them once.
   */
  public static boolean prepare() {
    return Limits.SET;
  }
}
