package io.blockwork.weights;

import java.util.Optional;

/**
 * What a file says that the values of a tensor are. Types that cannot be read matter only when such
 * a tensor is.
 *
 * @param name the type's name in the file
 * @param bytes of one value; 0 if unknown
 * @param element the type as it is read; empty if it cannot be
 */
record StoredType(String name, int bytes, Optional<ElementType> element) {
  /** A type that can be read. */
  static StoredType of(ElementType type) {
    return new StoredType(type.torchDtype(), type.bytes(), Optional.of(type));
  }

  /** A type that cannot be read, whose values have a known width. */
  static StoredType unreadable(String name, int bytes) {
    return new StoredType(name, bytes, Optional.empty());
  }

  /** A type of which nothing but its name is known. */
  static StoredType unknown(String name) {
    return unreadable(name, 0);
  }
}
