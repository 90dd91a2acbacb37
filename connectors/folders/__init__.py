"""Folders of files, local or in a bucket: listed, opened, read record by record, and followed as they change."""
