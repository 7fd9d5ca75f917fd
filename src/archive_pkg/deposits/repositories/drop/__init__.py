"""Drop folders: local, SFTP, WebDAV."""
