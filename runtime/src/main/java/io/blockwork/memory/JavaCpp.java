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
      String machine = Long.toString(MachineMemory.bytes());
      for (String property : new String[] {LARGEST, LARGEST_PROCESS}) {
        // JavaCPP takes both ways of writing them.
        String camelCase = property.replace("bytes", "Bytes").replace("physical", "Physical");
        if (System.getProperty(property) == null && System.getProperty(camelCase) == null) {
          System.setProperty(property, machine);
        }
      }
      return true;
    }
  }

  /**
   * Lets the limits follow the machine's memory, unless the user has set them. It has to come
   * before anything else uses JavaCPP or ND4J, which read them once.
   */
  public static boolean prepare() {
    return Limits.SET;
  }
}
