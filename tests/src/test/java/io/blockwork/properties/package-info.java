/**
 * Properties that hold for every valid annotation: random networks are compiled in memory, loaded
 * and run.
 */
@NullMarked
package io.blockwork.properties;

import org.jspecify.annotations.NullMarked;
