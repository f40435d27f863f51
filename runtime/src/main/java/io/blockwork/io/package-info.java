/**
 * The world outside: files, downloads, the terminal, and texts that are safe to show, for
 * everything above. It needs nothing but the JDK.
 *
 * <p>Files are written whole or not at all ({@link io.blockwork.io.AtomicFile}); what is fetched is
 * compared with its SHA-256 before it has its name ({@link io.blockwork.io.Downloads}).
 */
@NullMarked
package io.blockwork.io;

import org.jspecify.annotations.NullMarked;
